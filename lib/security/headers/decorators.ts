import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import { createParamDecorator, type WebResponse } from '../../web/index.js'
import type { SecurityHeadersOptions } from './options.js'

/**
 * Changes the security headers of a controller or a route; what is not named stays as it is for the application.
 *
 * @param options what is different; false for none of them
 * @example
 * @Get('widget') @SecurityHeaders({ frameOptions: false, resourcePolicy: 'cross-origin' })
 */
export const SecurityHeaders = defineDecorator({
  name: 'SecurityHeaders',
  on: ['class', 'method'],
  value: (options: SecurityHeadersOptions | false) => options,
})

/**
 * Gives a handler the nonce of its answer, for `<script nonce="…">`; the policy then allows it wherever it has `CSP_NONCE`.
 */
export const CspNonce: () => AnyDecorator = createParamDecorator(
  (_data: undefined, context) => context.switchToHttp().getResponse<WebResponse>().nonce,
)
