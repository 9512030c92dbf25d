import type { RouteOptions } from 'fastify'
import type { Guard, LooksAt } from '../../http/guard.ts'

/**
 * Stops the server from starting if a guard of the route looks at more: before Fastify it would silently be skipped.
 */
export function allowGuards(
  { onRequest, preParsing, preValidation, preHandler }: RouteOptions,
  known: readonly LooksAt[],
  complaint: string,
): void {
  const hooks = [onRequest, preParsing, preValidation, preHandler].flat().filter((hook) => hook !== undefined)
  for (const { looksAt = ['request'] as const } of hooks as readonly Partial<Guard>[])
    if (looksAt.some((one) => !known.includes(one))) throw new Error(complaint)
}
