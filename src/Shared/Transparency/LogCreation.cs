using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency.Rows;

namespace AtpKeyserver.Transparency;

/// <summary>Creates the log, once for all instances.</summary>
public sealed class LogCreation(LogTable table, LogKeyring keyring, KillSwitch killSwitch)
{
    /// <summary>The head. A new log begins with the entry that binds its origin and VRF key.</summary>
    /// <exception cref="KeyserverException">ServiceReadOnly: there is no log, and changes are disabled.</exception>
    public async Task<LogHead> FindOrCreateAsync(CancellationToken cancellation)
    {
        if (await table.FindHeadAsync(cancellation) is { } head)
            return head;
        killSwitch.CheckChange();
        var keys = await keyring.OpenAsync(cancellation);
        var identity = new LogIdentity(keys.Origin, keys.Vrf.PublicKey);
        return await table.TryAppendAsync(null, [identity.ToEntry()], static () => { }, cancellation)
            // Null means that another instance has created it.
            ?? await table.FindHeadAsync(cancellation)
            ?? throw TamperedException.At(Tables.LogName, "the head disappeared after it was created");
    }
}
