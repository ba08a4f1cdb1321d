using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace AtpKeyserver.Configuration;

/// <summary>
/// <c>Keyserver__Mode</c> as it stands now: checked at start, and read again whenever the configuration was loaded anew. A value that is none
/// changes nothing.
/// </summary>
public sealed class KillSwitch : IDisposable
{
    /// <summary>Turning the switch back takes an operator: sooner is not worth a try.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly IConfiguration _configuration;
    private readonly ILogger<KillSwitch> _logger;
    private readonly IDisposable _reloads;
    private volatile ServiceMode _mode;

    public KillSwitch(IConfiguration configuration, ILogger<KillSwitch> logger)
    {
        _configuration = configuration;
        _logger = logger;
        _reloads = ChangeToken.OnChange(configuration.GetReloadToken, Read);
        Read();
    }

    public ServiceMode Mode => _mode;

    /// <summary>Refuses what an offline server does not do, and what a read-only one does not if it is a change.</summary>
    /// <exception cref="KeyserverException">ServiceOffline, ServiceReadOnly.</exception>
    public void Check(bool isChange)
    {
        if (_mode == ServiceMode.Offline)
            throw Refusal(ErrorName.ServiceOffline, "This server is offline for now.");
        if (_mode == ServiceMode.ReadOnly && isChange)
            throw Refusal(ErrorName.ServiceReadOnly, "This server is read-only for now; nothing was changed.");
    }

    /// <summary>Before something is made that a read made necessary.</summary>
    /// <exception cref="KeyserverException">ServiceOffline, ServiceReadOnly.</exception>
    public void CheckChange() => Check(isChange: true);

    public void Dispose() => _reloads.Dispose();

    private static KeyserverException Refusal(ErrorName error, string message) => new(error, message) { RetryAfter = RetryAfter };

    private void Read()
    {
        var mode = ServiceMode.Normal;
        if (_configuration[$"{KeyserverOptions.Section}:{nameof(KeyserverOptions.Mode)}"] is { Length: > 0 } text
            && !(Enum.TryParse(text, ignoreCase: true, out mode) && Enum.IsDefined(mode)))
        {
            Log.UnknownMode(_logger, _mode.ToString());
            return;
        }

        if (mode == _mode)
            return;
        _mode = mode;
        Log.ModeChanged(_logger, mode.ToString());
    }
}
