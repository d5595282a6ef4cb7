export { cborSerializer, messagePackSerializer } from './binary-forms.js'
export { csvSerializer, type CsvOptions } from './csv.js'
export { NotAcceptable, SerializerMissing, StreamTooLong } from './errors.js'
export { negotiationFeature } from './feature.js'
export type { Load } from './packages.js'
export { Produces } from './produces.js'
export {
  defineSerializer,
  type SerializeContext,
  type SerializedStream,
  type Serializer,
  type SerializerDefinition,
} from './serializer.js'
export { escapeHtml } from './text-forms.js'
export { xmlSerializer, type XmlOptions } from './xml.js'
export { yamlSerializer } from './yaml.js'
