import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export interface SourceFile {
  /** Below src/, with slashes. */
  readonly path: string
  readonly text: string
  /** Without comments. */
  readonly code: string
  /** Files of src/ that it imports, types included. */
  readonly imports: readonly string[]
  /** What else it imports: `node:…` and packages, by the name that stands in package.json. */
  readonly outside: readonly string[]
}

const root = fileURLToPath(new URL('../../src', import.meta.url))
/** The kernel is AssemblyScript, and kernel.wasm.ts is generated from it. */
const isOurs = (path: string): boolean =>
  path.endsWith('.ts') &&
  !path.endsWith('.d.ts') &&
  !path.startsWith('chunking/kernel/') &&
  !path.endsWith('.wasm.ts')

export const sourceFiles = (): SourceFile[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(isOurs).sort().map(readSource)

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(root, path), 'utf8')
  const names = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
  const isInside = (name: string): boolean => name.startsWith('.')
  return {
    path,
    text,
    code: withoutComments(text),
    imports: names
      .filter(isInside)
      .map((name) => normalize(join(dirname(path), name)).replace(/\.js$/, '.ts')),
    outside: names.filter((name) => !isInside(name)).map(packageOf),
  }
}

const packageOf = (name: string): string => {
  if (name.startsWith('node:')) return name
  const parts = name.split('/')
  return parts.slice(0, name.startsWith('@') ? 2 : 1).join('/')
}

const withoutComments = (text: string): string => {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text)
  let code = ''
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isComment =
      kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia
    code += isComment ? ' ' : scanner.getTokenText()
  }
  return code
}
