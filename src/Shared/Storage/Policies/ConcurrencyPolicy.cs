using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Limits concurrent storage calls. Others wait here, where only the request's deadline applies. In the connection pool
/// the timeout of the attempt would also run, and a burst would look like a storage failure.
/// </summary>
internal sealed class ConcurrencyPolicy(int count) : HttpPipelinePolicy, IDisposable
{
    private readonly SemaphoreSlim _free = new(count);

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
