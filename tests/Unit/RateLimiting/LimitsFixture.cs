using System.Net;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

/// <summary>Rate limits with a fake clock, and short names for addresses and accounts.</summary>
internal sealed class LimitsFixture
{
    public LimitsFixture(Action<RateLimitOptions>? configure = null)
    {
        var options = new KeyserverOptions();
        configure?.Invoke(options.RateLimits);
        var settings = Options.Create(options);
        Limits = new RateLimits(settings, Time);
        Lookups = new LookupLimits(settings, new KnownCallers(settings), Time);
    }

    public FakeClock Time { get; } = new(DateTimeOffset.UnixEpoch);

    public RateLimits Limits { get; }

    public LookupLimits Lookups { get; }

    public static ClientAddress Address(string text) => ClientAddress.From(IPAddress.Parse(text));

    public static Did Account(string host) =>
        Did.TryParse($"did:web:{host}", allowLocalhost: false, out var did) ? did : throw new ArgumentException(host);

    /// <summary>How many of <paramref name="calls"/> consecutive calls are granted.</summary>
    public static int CountGranted(int calls, Action call)
    {
        var granted = 0;
        for (var i = 0; i < calls; i++)
        {
            if (Refusal(call) is null)
                granted++;
        }

        return granted;
    }

    public static RateLimitExceededException? Refusal(Action call)
    {
        try
        {
            call();
            return null;
        }
        catch (RateLimitExceededException refusal)
        {
            return refusal;
        }
    }
}
