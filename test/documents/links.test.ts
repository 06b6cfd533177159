import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }

/** A link to a file in a document, relative to the project. */
const linksIn = (document: string): string[] => {
  const text = readFileSync(join(root, document), 'utf8').replaceAll(/^```.*?^```/gms, '')
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !target.includes('://'))
    .map((target) => normalize(relative(root, join(root, dirname(document), target))))
}

const isPacked = (path: string): boolean =>
  path === 'package.json' || files.some((packed) => path === packed || `${path}/`.startsWith(`${packed}/`))

describe('A document that is packed', () => {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const documents = ['README.md', 'CHANGELOG.md', ...inDocs.map((name) => join('docs', name))].filter(
    (name) => name.endsWith('.md'),
  )

  it.each(documents)('%s links only to what is there, and is packed, too', (document) => {
    const links = linksIn(document)
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(links.filter((path) => !isPacked(path))).toEqual([])
  })

  it('links to others', () => expect(linksIn('README.md').length).toBeGreaterThan(5))
})
