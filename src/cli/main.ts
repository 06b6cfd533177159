#!/usr/bin/env node
import { versionText } from './version.js'

// The version is told before anything else is loaded: tools ask for it often, and it must not cost a start of the engine.
const first = process.argv[2]
if (process.argv.length === 3 && (first === '--version' || first === '-V')) {
  process.stdout.write(`varve ${versionText()}\n`)
} else {
  void import('./run.js').then(({ run }) => run())
}
