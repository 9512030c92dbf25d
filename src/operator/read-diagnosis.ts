import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'

export const readDiagnosisRefusals = ['user:not_found', 'rate_limit:exceeded'] as const

type ReadDiagnosisRefusal = (typeof readDiagnosisRefusals)[number]

/** The diagnosis of whoever has the address, `@handle` or id. */
export async function readDiagnosis(
  ctx: Context<ReadDiagnosisRefusal>,
  { user }: SignedIn,
  name: string,
): Promise<Diagnosis> {
  const found = await readHeavily(ctx, { kind: 'history', owner: user.id }, (db) => diagnose(db, ctx, name))
  if (found === undefined) throw ctx.fault('user:not_found')
  return found
}
