// The copies of the libraries that Corbel reads: decorators are known only to the copy that they come from.
export { plainToInstance } from 'class-transformer'
export { validateSync } from 'class-validator'
