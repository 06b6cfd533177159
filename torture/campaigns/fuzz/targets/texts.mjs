import { load } from '../../../../bench/machine/dist.mjs'
import { loadFromSource } from '../load-from-source.mjs'
import { counting } from '../samples.mjs'

const { byteStringOfEscapedText, escapedTextOf } = await load('bytes/escaped-text.js')
const { formatKeyFile, parseKeyFile } = await load('crypto/key-file.js')
const { formatRecoveryKey, parseRecoveryKey } = await load('crypto/recovery-key.js')
const { excludeByPatterns, excludePatternsOf } = await load('filesystem/exclude-patterns.js')
const names = await load('format/names.js')
const { timestampToText } = await load('format/timestamp.js')
const { localPathOfLocation } = await load('backend/open-location.js')
const { parseObjectName } = await load('backend/object-name.js')
const { selectionOf } = await load('operations/restore/selection.js')
const { parseReference } = await load('repository/parse-reference.js')
const { compileGlob, matchesGlob } = await load('snapshot/glob.js')
const { EntryMatcher } = await load('snapshot/find-pattern.js')
const {
  pathsIn,
  quoteName,
  printable,
  PasswordLine,
  parseConfig,
  buildProgram,
  parseByteSize,
  parseChunkSize,
  parseCompression,
  parseDataSubset,
  durationText,
  localTimeText,
  parseTime,
  rfc3339OfNs,
  wholeNumber,
} = await loadFromSource('campaigns/fuzz/command-line-parsers.mjs')

const root = buildProgram({ helpToData: () => {}, helpToLog: () => {} }, async () => {})
const toml = `repo = "/backup"
cache-dir = "~/cache"
[backup]
exclude = ["*.tmp", "/proc"]
tag = ["daily"]
[profiles.laptop]
repo = '''elsewhere'''
[profiles.laptop.backup]
one-file-system = true
`
const found = { path: '/home/maria/a file', directory: 'home/maria', name: 'a file' }
const entry = { key: 'home\0maria\0\0a file', type: 1 }

/** Of names that a folder's list gives: they never throw. */
const parsers = Object.entries(names).filter(([name]) => name.startsWith('parse'))

export const targets = [
  {
    name: 'reference',
    valid: ['latest', '0123abcd:home/maria/../x', 'latest:/a//b/./c'],
    decode: parseReference,
  },
  { name: 'size', valid: ['4096', '1.5 GiB', '16K'], decode: parseByteSize },
  { name: 'chunk size', valid: ['16K', '16K@0,32K@4M'], decode: parseChunkSize },
  { name: 'compression', valid: ['off', 'max', '19'], decode: parseCompression },
  { name: 'data subset', valid: ['5%', '2/7', '10G'], decode: parseDataSubset },
  {
    name: 'time',
    valid: ['2024-05-01', '2024-05-01 13:00:05', '2024-05-01T13:00:00.5+02:00'],
    decode: (text) => localTimeText(parseTime(text)),
  },
  { name: 'whole number', valid: ['17', '4294967295'], decode: wholeNumber(1, 1000) },
  {
    name: 'times and durations as text',
    valid: ['1700000000', '-5', '9007199254740991'],
    decode: (text) => {
      const number = Number.parseInt(text, 10) || 0
      const seconds = Number.isSafeInteger(number) ? number : 0
      timestampToText({ seconds, nanoseconds: Math.abs(seconds) % 1_000_000_000 })
      rfc3339OfNs(BigInt(seconds) * 1_000_000_000n)
      durationText(seconds)
    },
  },
  {
    name: 'glob',
    valid: ['*.txt', '**/[a-z]?', 'a\\*b'],
    decode: (text) => matchesGlob(compileGlob(text), 'a file.txt'),
  },
  {
    name: 'find pattern',
    valid: ['*.txt', '/home/**/x/', 'maria/a*'],
    decode: (text) => new EntryMatcher([text], text.length % 2 === 0).matches(entry),
  },
  {
    name: 'restore patterns',
    valid: ['home/**', '/home/maria/*', '*.tmp'],
    decode: (text) => selectionOf([text], [text.slice(1)])('home/maria', 'a file', false),
  },
  {
    name: 'exclude patterns',
    valid: ['*.tmp\n!keep.tmp\n/proc', 'a/**/b\n# comment\n[a-z]/'],
    decode: (text) => {
      const filter = excludeByPatterns(excludePatternsOf(text, text.length % 2 === 0), '/here')
      filter.excludeName?.(found)
    },
    weight: 0.1,
  },
  {
    name: 'config file',
    valid: [toml],
    decode: (text) => parseConfig(text, 'config.toml', root, '/home/maria'),
    weight: 0.3,
  },
  { name: 'key file', valid: [formatKeyFile(counting(32))], decode: parseKeyFile },
  { name: 'recovery key', valid: [formatRecoveryKey(counting(32))], decode: parseRecoveryKey },
  {
    name: 'location',
    valid: ['/backup', 'file:///backup', 'file:x', 's3:bucket'],
    decode: localPathOfLocation,
  },
  { name: 'object name', valid: ['packs/ab', 'config', 'keyring/00000001.a'], decode: parseObjectName },
  {
    name: 'listed names',
    valid: [`packs/${'ab'.repeat(32)}`, `pending/${'cd'.repeat(16)}.1`, 'keyring/00000001.a', 'features/a.b'],
    decode: (text) => {
      for (const [, parse] of parsers) parse(text)
    },
  },
  {
    name: 'names on a terminal',
    valid: ['a name', 'caf\u00e9', '\x1b[31m'],
    decode: (text) => {
      quoteName(Buffer.from(text).toString('latin1'))
      printable(text)
      escapedTextOf(byteStringOfEscapedText(text))
    },
  },
  { name: 'path list', valid: ['a\nb\n', 'a\0b'], decode: (text) => pathsIn(Buffer.from(text), 'lines') },
  {
    name: 'typed password',
    valid: ['secret\r', 'a\x7fb\x15c\n'],
    decode: (text) => new PasswordLine().feed(Buffer.from(text)),
  },
].map((target) => ({ ...target, text: true }))
