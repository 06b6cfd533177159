/** Why a file could not be opened, without the system call that says so. */
export const fileReason = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory'
  return cause instanceof Error ? cause.message : String(cause)
}
