export { HtmlSanitizer, SanitizeHtmlPipe, type HtmlPolicy, type HtmlSanitizerOptions } from './sanitizer.js'
