import { isUtf8 } from 'node:buffer'
import type { ByteString } from '../../bytes/byte-string.js'

/** POSIX.1-2017, pax, "ustar Interchange Format": type flags. */
export const TarType = {
  file: '0',
  hardLink: '1',
  symlink: '2',
  characterDevice: '3',
  blockDevice: '4',
  directory: '5',
  fifo: '6',
  extended: 'x',
} as const
export type TarType = (typeof TarType)[keyof typeof TarType]

export interface TarMember {
  /** Directories end with a slash. */
  readonly path: ByteString
  readonly type: TarType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly user: ByteString
  readonly group: ByteString
  /** Of what follows the header. */
  readonly sizeBytes: number
  readonly mtimeSeconds: number
  readonly mtimeNanoseconds: number
  /** Of links. */
  readonly linkTarget: ByteString
  readonly major: number
  readonly minor: number
  readonly xattrs: readonly { readonly name: ByteString; readonly value: Uint8Array }[]
}

export const tarBlockBytes = 512

const nameBytes = 100
const ownerBytes = 32
const octal7Max = 0o7777777
const octal11Max = 0o77777777777

/** The member's header; before it, where the old fields cannot hold something, an extended one (pax). */
export const tarHeaderOf = (member: TarMember): Buffer => {
  const records = paxRecordsOf(member)
  const header = ustarHeader(member)
  if (records.length === 0) return header
  const content = Buffer.concat(records)
  // Every extractor takes the real name from the records; this one is for those that know nothing of them.
  const extended = ustarHeader({
    ...member,
    path: 'PaxHeader' as ByteString,
    type: TarType.extended,
    mode: 0o644,
    sizeBytes: content.length,
    linkTarget: '' as ByteString,
  })
  return Buffer.concat([extended, content, Buffer.alloc(tarPaddingOf(content.length)), header])
}

/** Zeros behind so many bytes, up to the next block. */
export const tarPaddingOf = (sizeBytes: number): number =>
  (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes

/** POSIX.1-2017, pax, "pax Extended Header"; `SCHILY.xattr` is star's, and what GNU tar and libarchive know. */
const paxRecordsOf = (member: TarMember): Buffer[] => {
  const texts: [string, ByteString][] = []
  if (!fits(member.path, nameBytes)) texts.push(['path', member.path])
  if (!fits(member.linkTarget, nameBytes)) texts.push(['linkpath', member.linkTarget])
  if (!fits(member.user, ownerBytes - 1)) texts.push(['uname', member.user])
  if (!fits(member.group, ownerBytes - 1)) texts.push(['gname', member.group])
  const records: Buffer[] = []
  if (texts.some(([, value]) => !isUtf8(Buffer.from(value, 'latin1'))))
    records.push(record('hdrcharset', 'BINARY'))
  for (const [keyword, value] of texts) records.push(record(keyword, value))
  if (member.sizeBytes > octal11Max) records.push(record('size', String(member.sizeBytes)))
  if (member.uid > octal7Max) records.push(record('uid', String(member.uid)))
  if (member.gid > octal7Max) records.push(record('gid', String(member.gid)))
  if (member.mtimeNanoseconds !== 0 || !isOctal(member.mtimeSeconds, octal11Max))
    records.push(record('mtime', decimalTime(member.mtimeSeconds, member.mtimeNanoseconds)))
  for (const { name, value } of member.xattrs)
    records.push(record(`SCHILY.xattr.${escapedKeyword(name)}`, Buffer.from(value).toString('latin1')))
  return records
}

/** `length keyword=value\n`, where the length counts its own digits. */
const record = (keyword: string, value: string): Buffer => {
  const rest = keyword.length + value.length + 3
  let digits = String(rest).length
  while (String(rest + digits).length > digits) digits++
  return Buffer.from(`${rest + digits} ${keyword}=${value}\n`, 'latin1')
}

/** As GNU tar does: the first `=` ends a keyword. */
const escapedKeyword = (name: string): string => name.replaceAll('%', '%25').replaceAll('=', '%3D')

/** Seconds and nanoseconds count up, also before 1970; a decimal number counts away from zero there. */
const decimalTime = (seconds: number, nanoseconds: number): string => {
  const isNegative = seconds < 0 && nanoseconds > 0
  const whole = isNegative ? seconds + 1 : seconds
  const fraction = isNegative ? 1_000_000_000 - nanoseconds : nanoseconds
  const sign = isNegative && whole === 0 ? '-' : ''
  return fraction === 0 ? String(whole) : `${sign}${whole}.${String(fraction).padStart(9, '0')}`
}

const isOctal = (value: number, max: number): boolean => value >= 0 && value <= max

/** The old fields are for printable ASCII. */
const fits = (value: ByteString, bytes: number): boolean =>
  value.length <= bytes && /^[\x20-\x7e]*$/.test(value)

const ustarHeader = (member: TarMember): Buffer => {
  const header = Buffer.alloc(tarBlockBytes)
  const text = (value: string, at: number, bytes: number): void => {
    header.write(value.slice(0, bytes), at, 'latin1')
  }
  const number = (value: number, at: number, digits: number, max: number): void =>
    text((isOctal(value, max) ? value : 0).toString(8).padStart(digits, '0'), at, digits)
  text(member.path, 0, nameBytes)
  number(member.mode, 100, 7, octal7Max)
  number(member.uid, 108, 7, octal7Max)
  number(member.gid, 116, 7, octal7Max)
  number(member.sizeBytes, 124, 11, octal11Max)
  number(member.mtimeSeconds, 136, 11, octal11Max)
  text(' '.repeat(8), 148, 8)
  text(member.type, 156, 1)
  text(member.linkTarget, 157, nameBytes)
  text('ustar\x0000', 257, 8)
  text(member.user, 265, ownerBytes - 1)
  text(member.group, 297, ownerBytes - 1)
  number(member.major, 329, 7, octal7Max)
  number(member.minor, 337, 7, octal7Max)
  let checksum = 0
  for (const byte of header) checksum += byte
  text(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 8)
  return header
}
