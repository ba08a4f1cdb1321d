using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>
/// Gives an account everything that is kept of it but the secret keys, as one JSON document. The export is in the account's own log before its
/// first byte leaves. It is no snapshot: what is changed meanwhile is in it as it was or as it is.
/// </summary>
public sealed class AccountExport(AccountKeys accounts, AccessLogWriter log, ExportLimiter places, ExportDocument document, TimeProvider clock)
{
    /// <param name="caller">Whose account.</param>
    /// <param name="target">Takes the document in pieces of 64 KiB. Where this throws, the document is not complete and no valid JSON.</param>
    /// <param name="gone">The reader has gone away.</param>
    /// <exception cref="Limits.RateLimitExceededException">Too many exports are under way.</exception>
    /// <exception cref="Errors.KeyserverException">AccountDeleted: it was before, or meanwhile.</exception>
    public async Task WriteAsync(Caller caller, Stream target, CancellationToken gone)
    {
        using var place = places.Enter(caller.Did);
        using var writer = new ExportWriter(target, limit => accounts.CheckAsync(caller.Did, limit), clock, gone);
        // Who has no account key has no log, but may be in groups of others.
        var account = await accounts.ReadAsync(caller.Did, writer.Cancellation);
        if (account is not null)
        {
            var happens = new AccessEvent(caller.Did.Value, AccessAction.Export, caller);
            await log.WriteAsync(happens, account.Key, writer.Cancellation, strictly: true);
        }

        await document.WriteAsync(writer, caller.Did, account, clock.GetUtcNow());
        await writer.CompleteAsync();
    }
}
