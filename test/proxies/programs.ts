import { join } from 'node:path'
import { answers, installPackage } from '../support/debian-package.ts'
import { installFromPypi } from '../support/python.ts'

const ofDebian = (name: string, version: string) => async (): Promise<string | undefined> => {
  if (!(await answers(name, [version]))) await installPackage(name)
  return (await answers(name, [version])) ? name : undefined
}

let installed: Promise<string | undefined> | undefined
const ofPypi = (name: string) => async (): Promise<string | undefined> => {
  installed ??= installFromPypi('proxies', join(import.meta.dirname, 'requirements.txt')).catch(() => undefined)
  const folder = await installed
  return folder && join(folder, name)
}

/** Where each is, or nothing where it cannot be had. Caddy twice: as the distribution has it, and the newest. */
export const programs = {
  nginx: ofDebian('nginx', '-v'),
  caddy: ofDebian('caddy', 'version'),
  'caddy of today': ofPypi('caddy'),
  traefik: ofPypi('traefik'),
} as const

export type ProxyName = keyof typeof programs
