import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const source = fileURLToPath(new URL('../../src/', import.meta.url))

/** Writes the backend floor as JavaScript below `place`, for processes that a test starts itself. */
export const writeSourceForProcesses = async (place: string): Promise<void> => {
  const files = (await readdir(join(source, 'backend'))).map((file) => `backend/${file}`)
  await writeFile(join(place, 'package.json'), '{"type":"module"}')
  for (const file of ['errors.ts', ...files]) {
    const { outputText } = ts.transpileModule(await readFile(join(source, file), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ES2022,
        verbatimModuleSyntax: true,
      },
    })
    const path = join(place, file.replace(/ts$/, 'js'))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, outputText)
  }
}
