using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Observability;

/// <summary>
/// Every log message, with stable event ids: 1xx start and stop, 2xx authentication and identity, 3xx limits, 4xx
/// storage and keys, 5xx groups and accounts, 6xx maintenance. Arguments must not contain keys, tokens, request bodies
/// or full addresses.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "Service mode changed to {Mode}")]
    public static partial void ModeChanged(ILogger logger, string mode);

    [LoggerMessage(101, LogLevel.Error,
        "Keyserver__Mode is invalid: set it to Normal, ReadOnly or Offline. The mode remains {Mode}")]
    public static partial void UnknownMode(ILogger logger, string mode);

    [LoggerMessage(102, LogLevel.Information, "Verifying ES256K signatures with {Library}")]
    public static partial void VerifiesBy(ILogger logger, string library);

    [LoggerMessage(103, LogLevel.Warning, "{Name} is not a setting of this version and is ignored")]
    public static partial void UnknownSetting(ILogger logger, string name);

    [LoggerMessage(200, LogLevel.Information, "Fetching a DID document ({Method}) failed: {Reason}")]
    public static partial void LookupFailed(ILogger logger, DidMethod method, string reason);

    [LoggerMessage(201, LogLevel.Warning,
        "Serving a stale DID document ({Method}), {Age} old: its source is unavailable")]
    public static partial void ServingStaleDocument(ILogger logger, DidMethod method, TimeSpan age);

    [LoggerMessage(202, LogLevel.Warning, "DID document lookup ({Method}) rejected: all slots are in use")]
    public static partial void LookupRejected(ILogger logger, DidMethod method);

    [LoggerMessage(203, LogLevel.Information, "Token rejected: {Error}")]
    public static partial void TokenRefused(ILogger logger, string error);

    [LoggerMessage(400, LogLevel.Information, "Keyring opened, fingerprint {Fingerprint}")]
    public static partial void KeyringOpened(ILogger logger, string fingerprint);

    [LoggerMessage(401, LogLevel.Information, "Keyring key {Name} created, wrapped by {Kek}")]
    public static partial void KeyCreated(ILogger logger, string name, string kek);

    [LoggerMessage(402, LogLevel.Critical, "{Finding}")]
    private static partial void TamperedRow(ILogger logger, string finding);

    /// <summary>Logs and counts a row that failed authentication.</summary>
    public static void Tampered(ILogger logger, TamperedException e) => Tampered(logger, e.Table, e.Message);

    /// <summary>As above, for a row that is skipped.</summary>
    public static void TamperedAt(ILogger logger, string table, string finding) =>
        Tampered(logger, table, TamperedException.Describe(table, finding));

    private static void Tampered(ILogger logger, string table, string message)
    {
        TamperingCounts.Found(table);
        TamperedRow(logger, message);
    }

    [LoggerMessage(403, LogLevel.Warning, "Dependency call failed: {Error}, status {Status}")]
    public static partial void UpstreamFailed(ILogger logger, string error, int status);

    [LoggerMessage(404, LogLevel.Error, "Unhandled exception: {Type} {StackTrace}")]
    public static partial void Unexpected(ILogger logger, string type, string? stackTrace);

    [LoggerMessage(405, LogLevel.Error,
        "{Rows} access-log rows could not be written and are lost: {Error}, status {Status}")]
    public static partial void AccessLogLost(ILogger logger, int rows, string error, int status);

    [LoggerMessage(406, LogLevel.Critical,
        "Keyring key {Name} is wrapped by KEK {Named}, which does not exist in Key Vault: "
        + "the KEK was deleted or the row was tampered with. Configured KEK: {Configured}")]
    public static partial void KekUnknown(ILogger logger, string name, string named, string configured);

    [LoggerMessage(407, LogLevel.Warning,
        "Opening the keyring at startup failed: {Error}, status {Status}. The next call that needs it will retry")]
    public static partial void OpeningKeyringFailed(ILogger logger, string error, int status);

    [LoggerMessage(410, LogLevel.Information, "{Count} keyring keys rewrapped by {Kek}; {Left} remaining")]
    public static partial void KeyringRewrapped(ILogger logger, int count, string kek, int left);

    [LoggerMessage(411, LogLevel.Warning,
        "Rewrapping keyring key {Name} failed: {Error}, status {Status}. It keeps its current KEK")]
    public static partial void KeyNotRewrapped(ILogger logger, string name, string error, int status);

    [LoggerMessage(412, LogLevel.Information,
        "{Count} old shard keys are kept until a later run: requests in progress may still use them")]
    public static partial void OldShardKeysKept(ILogger logger, int count);

    [LoggerMessage(413, LogLevel.Information, "Deleted {Deleted} old shard keys; {Kept} are still in use")]
    public static partial void OldShardKeysDeleted(ILogger logger, int deleted, int kept);

    [LoggerMessage(414, LogLevel.Warning, "{Count} keyring keys are still wrapped by {Kek}: do not disable it")]
    public static partial void KeysLeftOnOldKek(ILogger logger, int count, string kek);

    [LoggerMessage(500, LogLevel.Warning, "Deletion failed and will resume on the next run: {Error}")]
    public static partial void DeletionFailed(ILogger logger, string error);

    [LoggerMessage(501, LogLevel.Information, "Export aborted: the client read too slowly")]
    public static partial void ReaderTooSlow(ILogger logger);

    [LoggerMessage(600, LogLevel.Information, "Dropped table {Name}")]
    public static partial void TableDropped(ILogger logger, string name);

    [LoggerMessage(601, LogLevel.Information, "Finished {Finished} of {Found} unfinished deletions")]
    public static partial void DeletionsFinished(ILogger logger, int finished, int found);

    [LoggerMessage(610, LogLevel.Warning, "Dropping table {Name} failed: {Error}, status {Status}")]
    public static partial void TableNotDropped(ILogger logger, string name, string error, int status);

    [LoggerMessage(611, LogLevel.Information,
        "Moved {Count} pending events from {Table} into the access log after an interruption")]
    public static partial void EventsDrained(ILogger logger, int count, string table);

    [LoggerMessage(612, LogLevel.Warning,
        "Moving an event from {Table} into the access log failed: {Error}, status {Status}")]
    public static partial void EventNotDrained(ILogger logger, string table, string error, int status);

    [LoggerMessage(613, LogLevel.Warning,
        "Deleting moved events from {Table} failed, and a timer will do it: {Error}, status {Status}")]
    public static partial void EventsNotDeleted(ILogger logger, string table, string error, int status);

    [LoggerMessage(620, LogLevel.Warning, "{Name} started")]
    public static partial void RunBegan(ILogger logger, string name);

    [LoggerMessage(621, LogLevel.Information,
        "{Name}: {Percent} % of {Table} done; this run read {Seen} rows and changed {Changed}")]
    public static partial void RunAdvances(
        ILogger logger, string name, string table, int percent, int seen, int changed);

    [LoggerMessage(622, LogLevel.Information, "{Name} will resume on the next run")]
    public static partial void RunWillResume(ILogger logger, string name);

    [LoggerMessage(623, LogLevel.Warning, "{Name} is complete")]
    public static partial void RunEnded(ILogger logger, string name);

    [LoggerMessage(624, LogLevel.Warning,
        "Changing a row failed and will be retried on the next run: {Error}, status {Status}")]
    public static partial void RunFailed(ILogger logger, string error, int status);

    [LoggerMessage(630, LogLevel.Error, "{Function} was not started: {Reason}")]
    public static partial void OperatorFunctionRefused(ILogger logger, string function, string reason);
}
