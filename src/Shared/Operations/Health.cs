using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Operations;

/// <summary>Whether storage and vault can be reached: cached for 10 s, checked by one probe at a time.</summary>
public sealed class Health(Tables tables, Kek kek, TimeProvider clock, ILogger<Health> logger) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _probe = new(1, 1);
    private State? _last;

    public async ValueTask<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        if (Current is { } known)
            return known;
        await _probe.WaitAsync(cancellation);
        try
        {
            if (Current is { } probed)
                return probed;
            var healthy = await ProbeAsync();
            _last = new State(healthy, clock.GetTimestamp());
            return healthy;
        }
        finally
        {
            _probe.Release();
        }
    }

    public void Dispose() => _probe.Dispose();

    private bool? Current => _last is { } last && clock.GetElapsedTime(last.At) < MaxAge ? last.Healthy : null;

    private async Task<bool> ProbeAsync()
    {
        using var limit = new CancellationTokenSource(ProbeTime);
        try
        {
            await Task.WhenAll(tables.ProbeAsync(limit.Token), kek.ProbeAsync(limit.Token));
            return true;
        }
        catch (Exception e)
        {
            // Any failure means "unhealthy".
            var (error, status) = FailureCause.Of(e);
            Log.UpstreamFailed(logger, error, status);
            return false;
        }
    }

    private sealed record State(bool Healthy, long At);
}
