import type { ErrorTable } from '../errors/table.ts'

export const fileErrors = {
  'file:upload_error': {
    status: 400,
    title: 'File upload failed',
    description: 'no file part, an empty or broken upload, or bytes that are no decodable JPEG, PNG, GIF or WebP',
  },
  'file:not_found': {
    status: 400,
    title: 'File not found',
    description: 'no such file; also DELETE of an image that is not set',
  },
  'file:read_error': {
    status: 400,
    title: 'File read failed',
    description: 'the stored bytes are missing, unreadable or do not match their digest',
  },
  'file:unsupported_type': {
    status: 415,
    title: 'Unsupported file type',
    description: 'recognised as a file of a type that is not accepted (SVG, PDF, HEIC, ...)',
  },
} as const satisfies ErrorTable<'file'>
