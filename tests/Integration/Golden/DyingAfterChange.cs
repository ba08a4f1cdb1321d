namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>Stops an instance right after its first transaction in a table.</summary>
internal sealed class DyingAfterChange(string table)
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) })
{
    private volatile bool _isDead;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_isDead)
            throw new InvalidOperationException("This instance has crashed.");
        var dies = request.Method == HttpMethod.Post
            && request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal)
            && (await request.Content!.ReadAsStringAsync(cancellationToken))
                .Contains($"/{table}", StringComparison.Ordinal);
        var answer = await base.SendAsync(request, cancellationToken);
        _isDead |= dies;
        return answer;
    }
}
