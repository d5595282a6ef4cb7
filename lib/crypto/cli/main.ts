#!/usr/bin/env node
import { keygen } from './keygen.js'

try {
  const { text, ok } = keygen(process.argv.slice(2))
  ;(ok ? process.stdout : process.stderr).write(text)
  if (!ok) process.exitCode = 2
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
