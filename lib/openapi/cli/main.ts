#!/usr/bin/env node
import { CorbelError } from '../../common/index.js'
import { runOpenApiCommand } from './run.js'

const output = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
}

runOpenApiCommand(process.argv.slice(2), output).then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    // what Corbel refuses says itself what to do; of everything else the trace is needed
    output.err(`${error instanceof CorbelError ? error.message : String((error as Error).stack ?? error)}\n`)
    process.exitCode = 2
  },
)
