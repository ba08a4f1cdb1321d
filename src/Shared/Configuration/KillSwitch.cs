using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace AtpKeyserver.Configuration;

/// <summary>
/// The current <c>Keyserver__Mode</c>: read at startup and after each configuration reload. Invalid values are ignored.
/// </summary>
public sealed class KillSwitch : IDisposable
{
    /// <summary>An operator has to change the mode, so earlier retries are pointless.</summary>
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

    /// <summary>Throws if the server is offline, or if it is read-only and the call is a change.</summary>
    /// <exception cref="KeyserverException">ServiceOffline, ServiceReadOnly.</exception>
    public void Check(bool isChange)
    {
        if (_mode == ServiceMode.Offline)
            throw Refusal(ErrorName.ServiceOffline, "This server is temporarily offline; try again later.");
        if (_mode == ServiceMode.ReadOnly && isChange)
        {
            throw Refusal(
                ErrorName.ServiceReadOnly,
                "This server is temporarily read-only; nothing was changed. Try again later.");
        }
    }

    /// <summary>For a read that has to create something.</summary>
    /// <exception cref="KeyserverException">ServiceOffline, ServiceReadOnly.</exception>
    public void CheckChange() => Check(isChange: true);

    public void Dispose() => _reloads.Dispose();

    private static KeyserverException Refusal(ErrorName error, string message) =>
        new(error, message) { RetryAfter = RetryAfter };

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
