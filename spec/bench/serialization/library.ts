// The copy of the library that Corbel reads: decorators are known only to the copy that they come from.
export { instanceToPlain } from 'class-transformer'
