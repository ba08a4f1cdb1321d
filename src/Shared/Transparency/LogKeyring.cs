using AtpKeyserver.Configuration;
using AtpKeyserver.KeyManagement;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Transparency;

/// <summary>Opens the keys of the log, once per instance.</summary>
public sealed class LogKeyring(Keyring keyring, LogTable table, IOptions<KeyserverOptions> options)
{
    /// <summary>The log's origin: the server's host with the path of the log.</summary>
    private readonly string _origin = new Uri(options.Value.PublicOrigin).Authority + "/tlog";

    private LogKeys? _keys;

    /// <summary>The keys. They are created for a log without entries.</summary>
    /// <exception cref="Errors.TamperedException">The log has entries, but its key is missing.</exception>
    public async ValueTask<LogKeys> OpenAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _keys) is { } keys)
            return keys;
        var isNew = await table.FindHeadAsync(cancellation) is null;
        var opened = new LogKeys(_origin, await keyring.LogAsync(mayCreate: isNew, cancellation));
        return Interlocked.CompareExchange(ref _keys, opened, null) ?? opened;
    }
}
