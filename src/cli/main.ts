#!/usr/bin/env -S node --max-semi-space-size=1
import { versionText } from './version.js'

// The option above, in MiB: this thread hands out work and keeps little. Left alone, V8 lets its young generation grow to 32 MiB;
// a backup of 113,000 files peaks 30 MB lower with it, at the same CPU time (docs/PERFORMANCE.md).

// The version is told before anything else is loaded: tools ask for it often, and it must not cost a start of the engine.
const first = process.argv[2]
if (process.argv.length === 3 && (first === '--version' || first === '-V')) {
  process.stdout.write(`varve ${versionText()}\n`)
} else {
  const { run } = await import('./run.js')
  await run()
}
