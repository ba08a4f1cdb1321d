using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Observability;

/// <summary>
/// Every message the product logs, with stable event ids: 1xx start and stop, 2xx auth and identity, 3xx limits, 4xx storage and keys,
/// 5xx groups and accounts, 6xx maintenance. No message takes a key, a token, a request body or a full address.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "The mode of this server is now {Mode}")]
    public static partial void ModeChanged(ILogger logger, string mode);

    [LoggerMessage(101, LogLevel.Error, "Keyserver__Mode is neither Normal, ReadOnly nor Offline; the mode stays {Mode}")]
    public static partial void UnknownMode(ILogger logger, string mode);

    [LoggerMessage(102, LogLevel.Information, "ES256K signatures are verified by {Library}")]
    public static partial void VerifiesBy(ILogger logger, string library);

    [LoggerMessage(200, LogLevel.Information, "A DID document ({Method}) could not be fetched: {Reason}")]
    public static partial void LookUpFailed(ILogger logger, DidMethod method, string reason);

    [LoggerMessage(201, LogLevel.Warning,
        "Serving a stale DID document ({Method}), {Age} old: its source is unavailable")]
    public static partial void ServesStaleDocument(ILogger logger, DidMethod method, TimeSpan age);

    [LoggerMessage(202, LogLevel.Warning, "DID document lookup refused ({Method}): all slots are in use")]
    public static partial void TooManyLookUps(ILogger logger, DidMethod method);

    [LoggerMessage(203, LogLevel.Information, "A token was refused: {Error}")]
    public static partial void TokenRefused(ILogger logger, string error);

    [LoggerMessage(400, LogLevel.Information, "Keyring opened, fingerprint {Fingerprint}")]
    public static partial void KeyringOpened(ILogger logger, string fingerprint);

    [LoggerMessage(401, LogLevel.Information, "Key {Name} of the keyring was made, wrapped by {Kek}")]
    public static partial void KeyCreated(ILogger logger, string name, string kek);

    [LoggerMessage(402, LogLevel.Critical, "{Finding}")]
    private static partial void TamperedRow(ILogger logger, string finding);

    /// <summary>Logs and counts a row that was tampered with.</summary>
    public static void Tampered(ILogger logger, TamperedException e) => Tampered(logger, e.Table, e.Message);

    /// <summary>The same for a row that is skipped.</summary>
    public static void TamperedAt(ILogger logger, string table, string finding) =>
        Tampered(logger, table, TamperedException.Describe(table, finding));

    private static void Tampered(ILogger logger, string table, string message)
    {
        TamperingCounts.Found(table);
        TamperedRow(logger, message);
    }

    [LoggerMessage(403, LogLevel.Warning, "A dependency failed: {Error}, status {Status}")]
    public static partial void UpstreamFailed(ILogger logger, string error, int status);

    [LoggerMessage(404, LogLevel.Error, "A call failed unexpectedly: {Type} {StackTrace}")]
    public static partial void Unexpected(ILogger logger, string type, string? stackTrace);

    [LoggerMessage(405, LogLevel.Error, "{Rows} rows of the access log were lost: {Error}, status {Status}")]
    public static partial void AccessLogLost(ILogger logger, int rows, string error, int status);

    [LoggerMessage(406, LogLevel.Critical, "Key {Name} of the keyring names the KEK {Named}, which the vault does not have: "
        + "the row was tampered with, or that KEK was deleted. {Configured} is configured")]
    public static partial void KekUnknown(ILogger logger, string name, string named, string configured);

    [LoggerMessage(407, LogLevel.Warning, "The keyring was not opened at the start: {Error}, status {Status}; the first call that needs it tries again")]
    public static partial void KeyringNotOpenedAhead(ILogger logger, string error, int status);

    [LoggerMessage(410, LogLevel.Information, "{Count} keys of the keyring were wrapped anew by {Kek}; {Left} are left")]
    public static partial void KeyringRewrapped(ILogger logger, int count, string kek, int left);

    [LoggerMessage(411, LogLevel.Warning, "Key {Name} of the keyring could not be wrapped anew and stays as it is: {Error}, status {Status}")]
    public static partial void KeyNotRewrapped(ILogger logger, string name, string error, int status);

    [LoggerMessage(412, LogLevel.Information, "{Count} old shard keys stay until a later run: accounts may just be being sealed under them")]
    public static partial void OldShardKeysStay(ILogger logger, int count);

    [LoggerMessage(413, LogLevel.Information, "{Deleted} old shard keys were deleted; accounts need {Kept} of them")]
    public static partial void OldShardKeysDeleted(ILogger logger, int deleted, int kept);

    [LoggerMessage(414, LogLevel.Warning, "{Count} keys of the keyring are still wrapped by {Kek}, which has to stay enabled")]
    public static partial void KeysLeftOnOldKek(ILogger logger, int count, string kek);

    [LoggerMessage(500, LogLevel.Warning, "A deletion goes on later: {Error}")]
    public static partial void LeftToTheTimer(ILogger logger, string error);

    [LoggerMessage(501, LogLevel.Information, "An export was broken off: its reader was too slow")]
    public static partial void ReaderTooSlow(ILogger logger);

    [LoggerMessage(600, LogLevel.Information, "Table {Name} was dropped")]
    public static partial void TableDropped(ILogger logger, string name);

    [LoggerMessage(601, LogLevel.Information, "Deletions: {Finished} of {Found} were finished")]
    public static partial void DeletionsFinished(ILogger logger, int finished, int found);

    [LoggerMessage(610, LogLevel.Warning, "Table {Name} could not be dropped: {Error}, status {Status}")]
    public static partial void TableNotDropped(ILogger logger, string name, string error, int status);

    [LoggerMessage(611, LogLevel.Information, "{Count} events of {Table} that a crash had left were moved into the access log")]
    public static partial void EventsDrained(ILogger logger, int count, string table);

    [LoggerMessage(612, LogLevel.Warning, "An event of {Table} could not be moved into the access log: {Error}, status {Status}")]
    public static partial void EventNotDrained(ILogger logger, string table, string error, int status);

    [LoggerMessage(620, LogLevel.Warning, "{Name} begins")]
    public static partial void RunBegan(ILogger logger, string name);

    [LoggerMessage(621, LogLevel.Information, "{Name}: {Percent} % of {Table}; in this run {Seen} rows were looked at and {Changed} changed")]
    public static partial void RunAdvances(ILogger logger, string name, string table, int percent, int seen, int changed);

    [LoggerMessage(622, LogLevel.Information, "{Name} goes on with the next run")]
    public static partial void RunGoesOnLater(ILogger logger, string name);

    [LoggerMessage(623, LogLevel.Warning, "{Name} is complete")]
    public static partial void RunEnded(ILogger logger, string name);

    [LoggerMessage(624, LogLevel.Warning, "A row could not be changed and is left to the next run: {Error}, status {Status}")]
    public static partial void RunFailed(ILogger logger, string error, int status);

    [LoggerMessage(630, LogLevel.Error, "{Function} was not started: {Reason}")]
    public static partial void OperatorFunctionRefused(ILogger logger, string function, string reason);
}
