import fs from 'node:fs'
import { expect, it } from 'vitest'
import { readAccounts } from '../../src/filesystem/accounts.js'
import { temporaryDirectory } from './temporary-directory.js'

it('gives names of users and groups and their numbers, and the first name of a number', () => {
  const top = temporaryDirectory()
  fs.writeFileSync(
    `${top}/passwd`,
    'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:\nbroken\n+::::::\nann:x:1000:5:::\n',
  )
  fs.writeFileSync(`${top}/group`, 'staff:x:5:ann,bob\n')
  const accounts = readAccounts(`${top}/passwd`, `${top}/group`)
  expect([0, 1000, 7].map(accounts.userName)).toEqual(['root', 'ann', undefined])
  expect(['toor', 'ann', 'nobody'].map(accounts.userId)).toEqual([0, 1000, undefined])
  expect([accounts.groupName(5), accounts.groupId('staff'), accounts.groupId('ann')]).toEqual([
    'staff',
    5,
    undefined,
  ])
})

it('knows nobody where there are no account files', () => {
  expect(readAccounts('/no/passwd', '/no/group').userName(0)).toBeUndefined()
})
