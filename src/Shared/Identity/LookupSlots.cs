using AtpKeyserver.Concurrency;

namespace AtpKeyserver.Identity;

/// <summary>
/// Limits concurrent lookups, with a lower limit for did:web hosts. A slot is held until the work ends.
/// </summary>
internal sealed class LookupSlots(int all, int web, TimeSpan maxWait) : IDisposable
{
    private readonly ConcurrencyLimiter _all = new(all, maxWait);
    private readonly ConcurrencyLimiter _web = new(web, maxWait);

    /// <returns>False if no slot became free in time; the work did not run.</returns>
    public async Task<bool> TryRunAsync(bool isWeb, Func<Task> work)
    {
        if (isWeb && !await _web.TryEnterAsync())
            return false;
        try
        {
            if (!await _all.TryEnterAsync())
                return false;
            try
            {
                await work();
                return true;
            }
            finally
            {
                _all.Release();
            }
        }
        finally
        {
            if (isWeb)
                _web.Release();
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        _web.Dispose();
    }
}
