export const accountEvents = ['data_exported', 'deletion_requested'] as const
