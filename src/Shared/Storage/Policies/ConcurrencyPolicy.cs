using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Lets so many calls to the storage be under way at a time. Others wait here, where only their request's deadline runs: in the pool of connections
/// the time-out of a try would run, too, and a burst would look like a storage that fails.
/// </summary>
internal sealed class ConcurrencyPolicy(int places) : HttpPipelinePolicy, IDisposable
{
    private readonly SemaphoreSlim _free = new(places);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await _free.WaitAsync(message.CancellationToken);
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        finally
        {
            _free.Release();
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        _free.Wait(message.CancellationToken);
        try
        {
            ProcessNext(message, pipeline);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();
}
