import type { OpenApiDocument, OperationObject, SchemaObject } from 'corbel'

/** A document with one operation, `POST /cats/{id}`, and whatever else is given. */
export function documentOf(
  operation: Partial<OperationObject>,
  rest: Partial<OpenApiDocument> = {},
): OpenApiDocument {
  const own: OperationObject = {
    operationId: 'catsPost',
    responses: { 200: { description: 'OK' } },
    ...operation,
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Cats', version: '1.0.0' },
    paths: { '/cats/{id}': { post: own } },
    ...rest,
  }
}

/** A document whose operation takes a body of a schema. */
export function taking(schema: SchemaObject, rest: Partial<OpenApiDocument> = {}): OpenApiDocument {
  return documentOf({ requestBody: { required: true, content: { 'application/json': { schema } } } }, rest)
}

/** A document whose operation answers with a schema. */
export function giving(schema: SchemaObject, rest: Partial<OpenApiDocument> = {}): OpenApiDocument {
  const response = { description: 'OK', content: { 'application/json': { schema } } }
  return documentOf({ responses: { 200: response } }, rest)
}
