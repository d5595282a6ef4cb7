export { keygen } from './keygen.js'
