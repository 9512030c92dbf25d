import type { Format } from './format.ts'
import { auth0 } from './from/auth0.ts'
import { betterAuth } from './from/better-auth.ts'
import { cognito } from './from/cognito.ts'
import { discourse } from './from/discourse.ts'
import { firebase, readHashConfig } from './from/firebase.ts'
import { keycloak } from './from/keycloak.ts'
import { kratos } from './from/kratos.ts'
import { supabase } from './from/supabase.ts'
import { wordpress } from './from/wordpress.ts'

/** The systems that --from takes. The options are what a system needs besides its export. */
export const formats: Readonly<Record<string, (options: { readonly hashConfig: string | undefined }) => Format>> = {
  auth0: () => auth0,
  'better-auth': () => betterAuth,
  cognito: () => cognito,
  discourse: () => discourse,
  firebase: ({ hashConfig }) => firebase(hashConfig === undefined ? undefined : readHashConfig(hashConfig)),
  keycloak: () => keycloak,
  kratos: () => kratos,
  supabase: () => supabase,
  wordpress: () => wordpress,
}
