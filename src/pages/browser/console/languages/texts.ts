// Written from src/pages/browser/console/messages/en.json by npm run messages. Do not edit.

/** Every text of the app, with what is filled in. */
export type Texts = {
  'page.skip': null
  'page.menu': null
  'page.navigation': null
  'page.loading': null
  'page.language': null
  'page.who': null
  'page.leave': null
  'theme.title': null
  'theme.system': null
  'theme.light': null
  'theme.dark': null
  'keys.title': null
  'keys.search': null
  'keys.rows': null
  'keys.open': null
  'keys.leave': null
  'keys.screens': null
  'keys.help': null
  'action.cancel': null
  'action.close': null
  'action.confirm': null
  'action.continue': null
  'sign_in.title': null
  'sign_in.email': null
  'sign_in.password': null
  'sign_in.passkey': null
  'sign_in.code': null
  'sign_in.code_hint': null
  'sign_in.confirm': null
  'sign_in.second_factor': null
  'sign_in.set_up': null
  'sign_in.new_device': null
  'sign_in.other': null
  'sign_in.again': null
  'sign_in.again_why': null
  'sign_in.open': null
  'sign_in.gone': null
  'act.reason': null
  'act.reason_hint': null
  'act.type_handle': { handle: string }
  'act.type_exactly': { word: string }
  'list.none': null
  'list.first': null
  'list.next': null
  'list.any': null
  'list.back': null
  'list.acts': null
  'list.more': null
  'users.title': null
  'users.search': null
  'users.about': { count: string }
  'users.user': null
  'users.email': null
  'users.status': null
  'users.factors': null
  'users.role': null
  'users.created': null
  'users.seen': null
  'users.found': { count: string }
  'users.many': { count: string }
  'users.sort': null
  'users.created_after': null
  'users.created_before': null
  'users.seen_before': null
  'status.active': null
  'status.banned': null
  'status.deleted': null
  'status.waiting': null
  'factor.password': null
  'factor.totp': null
  'factor.passkey': null
  'role.admin': null
  'role.mod': null
  'role.none': null
  'invitations.title': null
  'invitations.invite': null
  'invitations.invited': null
  'invitations.sent': null
  'invitations.until': null
  'invitations.name': null
  'invitations.message': null
  'invitations.message_hint': null
  'invitations.resend': null
  'invitations.resend_what': { email: string }
  'invitations.sent_again': null
  'invitations.revoke': null
  'invitations.revoke_what': { email: string }
  'invitations.revoked': null
  'invitation.open': null
  'invitation.accepted': null
  'invitation.revoked': null
  'invitation.expired': null
  'providers.title': null
  'providers.register': null
  'providers.registered': null
  'providers.name': null
  'providers.slug': null
  'providers.slug_hint': null
  'providers.client_id': null
  'providers.secret': null
  'providers.secret_new': null
  'providers.secret_kept': null
  'providers.issuer': null
  'providers.issuer_hint': null
  'providers.authorization': null
  'providers.token': null
  'providers.userinfo': null
  'providers.change': null
  'providers.changed': null
  'providers.remove': null
  'providers.remove_what': { name: string }
  'providers.removed': null
  'errors.title': null
  'errors.query': null
  'errors.when': null
  'errors.request': null
  'errors.reference': null
  'errors.answer': null
  'errors.who': null
  'errors.helps': null
  'cause.caller': null
  'cause.limit': null
  'cause.dependency': null
  'cause.operator': null
  'help.resend-verification': null
  'help.send-password-link': null
  'help.unlock': null
  'help.unban': null
  'help.reset-second-factor': null
  'help.forget-passkey': null
  'help.retry-mail': null
  'help.invite': null
  'audit.title': null
  'audit.types': null
  'audit.ip': null
  'audit.user': null
  'audit.actor': null
  'audit.from': null
  'audit.to': null
  'audit.what': null
  'audit.from_where': null
  'sessions.unknown': null
  'chart.about': { title: string; most: string; day: string }
  'chart.figures': null
  'chart.day': null
  'user.account': null
  'user.sessions': null
  'user.devices': null
  'user.factors': null
  'user.connections': null
  'user.history': null
  'user.danger': null
  'user.id': null
  'user.bio': null
  'user.program': null
  'user.grant': null
  'user.grant_what': { handle: string }
  'user.granted': null
  'user.revoke': null
  'user.revoke_what': { handle: string }
  'user.revoked': null
  'user.ban': null
  'user.ban_what': { handle: string }
  'user.ban_until': null
  'user.ban_until_hint': null
  'user.banned': null
  'user.for_good': null
  'user.unban': null
  'user.unban_what': { handle: string }
  'user.unbanned': null
  'user.ban_state': null
  'user.end_session': null
  'user.end_session_what': { program: string }
  'user.session_ended': null
  'user.end_sessions': null
  'user.end_sessions_what': { handle: string }
  'user.forget_device': null
  'user.forget_device_what': { program: string }
  'user.device_forgotten': null
  'user.reset_link': null
  'user.reset_link_what': { email: string }
  'user.link_sent': null
  'user.reset_factor': null
  'user.reset_factor_what': { handle: string }
  'user.reset_passkeys': null
  'user.factor_reset': null
  'user.change_email': null
  'user.change_email_what': null
  'user.new_email': null
  'user.edit': null
  'user.edited': null
  'user.handle': null
  'user.delete': null
  'user.delete_what': { handle: string }
  'user.deleted': null
  'user.unlink': null
  'user.unlink_what': { handle: string; provider: string }
  'user.unlinked': null
  'user.remove_passkey': null
  'user.remove_passkey_what': { name: string }
  'user.passkey_removed': null
  'user.last_used': null
  'user.domain': null
  'trouble.found': null
  'trouble.nothing': null
  'trouble.refused': null
  'trouble.helps': null
  'trouble.title': null
  'trouble.who': null
  'trouble.what': null
  'mails.title': null
  'mails.kind': null
  'mails.to': null
  'mails.attempts': null
  'mails.retry': null
  'mails.retry_what': { email: string }
  'mails.retried': null
  'mails.waiting': null
  'mail_state.waiting': null
  'mail_state.failed': null
  'settings.title': null
  'settings.search': null
  'settings.name': null
  'settings.value': null
  'settings.source': null
  'settings.secret': null
  'source.env': null
  'source.file': null
  'source.default': null
  'doctor.title': null
  'doctor.fine': null
  'doctor.wrong': null
  'doctor.again': null
  'doctor.examining': null
  'doctor.check': null
  'doctor.examined': { time: string }
  'doctor.notes': null
  'overview.title': null
  'overview.days': null
  'overview.sign_ups': null
  'overview.sign_ins': null
  'overview.failed': null
  'overview.active': null
  'overview.mails': null
  'overview.errors': null
  'overview.count': null
  'overview.period': { count: string }
  'overview.cause': null
  'bans.title': null
  'reason.no_account': null
  'reason.sign_up_refused': null
  'reason.not_verified': null
  'reason.banned': null
  'reason.locked': null
  'reason.no_way_in': null
  'reason.connection_dead': null
  'reason.passkey_dead': null
  'reason.factor_too_new': null
  'reason.mail_refused': null
  'reason.mail_given_up': null
  'reason.mail_waits': null
  'reason.refused': null
  'mail.waits': null
  'mail.sent': null
  'mail.refused': null
  'mail.given_up': null
  'mail.dropped': null
  'word.yes': null
  'word.no': null
  'word.dead': null
  'purpose.verify_email': null
  'purpose.device_verify': null
  'purpose.password_reset': null
  'purpose.email_change': null
  'purpose.email_undo': null
  'purpose.account_deletion': null
  'purpose.sign_in': null
  'purpose.invitation': null
  'purpose.notice': null
  'session.user': null
  'session.console': null
  'session.impersonation': null
}
