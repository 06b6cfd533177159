import fs from 'node:fs'

/** The names of users and groups on this machine, both ways. Unknown ones are undefined. */
export interface Accounts {
  userName(uid: number): string | undefined
  groupName(gid: number): string | undefined
  userId(name: string): number | undefined
  groupId(name: string): number | undefined
}

/** Reads the local account files once. Accounts of a directory service (LDAP, SSSD) are not in them. */
export const readAccounts = (passwdPath = '/etc/passwd', groupPath = '/etc/group'): Accounts => {
  const users = readAccountFile(passwdPath)
  const groups = readAccountFile(groupPath)
  return {
    userName: (uid) => users.names.get(uid),
    groupName: (gid) => groups.names.get(gid),
    userId: (name) => users.ids.get(name),
    groupId: (name) => groups.ids.get(name),
  }
}

interface AccountFile {
  readonly names: ReadonlyMap<number, string>
  readonly ids: ReadonlyMap<string, number>
}

/** passwd(5) and group(5) agree in what matters here: name, password, number, separated by colons. */
const readAccountFile = (path: string): AccountFile => {
  const names = new Map<number, string>()
  const ids = new Map<string, number>()
  for (const line of linesOf(path)) {
    const [name, , number] = line.split(':')
    if (!name || number === undefined || !/^\d{1,10}$/.test(number)) continue
    const id = Number(number)
    // The first line wins, as in libc: an alias of a number does not rename it.
    if (!names.has(id)) names.set(id, name)
    if (!ids.has(name)) ids.set(name, id)
  }
  return { names, ids }
}

/** A machine without the file (a small container) has no names; that is no error. */
const linesOf = (path: string): string[] => {
  try {
    return fs.readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
