using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>
/// Exports all data of an account but the secret keys, as one JSON document. The export is in the account's log before
/// the first byte is sent. It is not a snapshot: data that changes during the export appears in its old or new
/// state.
/// </summary>
public sealed class AccountExport(
    AccountKeys accounts, AccessLogWriter log, ExportLimiter limiter, ExportDocument document, TimeProvider clock)
{
    /// <param name="caller">The account.</param>
    /// <param name="target">
    /// Receives the document in pieces of 64 KiB. After an exception, it is incomplete and invalid JSON.
    /// </param>
    /// <param name="disconnected">Signals that the client has disconnected.</param>
    /// <exception cref="Errors.RateLimitExceededException">Too many exports are in progress.</exception>
    /// <exception cref="Errors.KeyserverException">
    /// AccountDeleted: it was deleted, before or during the export.
    /// </exception>
    public async Task WriteAsync(Caller caller, Stream target, CancellationToken disconnected)
    {
        using var lease = limiter.Enter(caller.Did);
        using var writer = new ExportWriter(
            target, limit => accounts.CheckAsync(caller.Did, limit), clock, disconnected);
        // Without an account key there is no log, but there may be roles in other groups.
        var account = await accounts.ReadAsync(caller.Did, writer.Cancellation);
        if (account is not null)
        {
            var accessEvent = new AccessEvent(caller.Did.Value, AccessAction.Export, caller);
            await log.WriteAsync(accessEvent, account.Key, writer.Cancellation, strictly: true);
        }

        await document.WriteAsync(writer, caller.Did, account, clock.GetUtcNow());
        await writer.CompleteAsync();
    }
}
