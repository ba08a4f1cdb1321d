using AtpKeyserver.Concurrency;

namespace AtpKeyserver.Identity;

/// <summary>
/// So many lookups at a time, of which some may be of hosts that strangers name. A slot is held until the work has
/// ended.
/// </summary>
internal sealed class LookupSlots(int all, int web, TimeSpan patience) : IDisposable
{
    private readonly ConcurrencyLimiter _all = new(all, patience);
    private readonly ConcurrencyLimiter _web = new(web, patience);

    /// <returns>False where no slot became free in time: nothing was done.</returns>
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
                _all.Leave();
            }
        }
        finally
        {
            if (isWeb)
                _web.Leave();
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        _web.Dispose();
    }
}
