import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const tellOptions = 'data:text/javascript,process.stdout.write(JSON.stringify(process.execArgv))'

it('called by its own name, the command bounds the young generation of its main thread', () => {
  const env = { ...process.env, NODE_OPTIONS: `--import=${tellOptions}` }
  const out = execFileSync(command, ['--version'], { encoding: 'utf8', env })
  expect(out).toMatch(/^\["--max-semi-space-size=1"\]varve \d/)
})
