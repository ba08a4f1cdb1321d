using AtpKeyserver.Tests.Support.Faults;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Forwards calls to Azurite and damages one response.</summary>
public sealed class MangledTransport() : DelegatingHandler(
    new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) })
{
    private readonly List<StorageCall> _calls = [];
    private MangledAnswer? _damage;
    private string? _table;
    private int _left;

    public HttpPipelineTransport Transport => new HttpClientTransport(new HttpClient(this, disposeHandler: false));

    /// <summary>Whether a response was changed.</summary>
    public bool HasMangled { get; private set; }

    /// <summary>The calls since the last <see cref="Mangle"/>, in order.</summary>
    public IReadOnlyList<StorageCall> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    /// <param name="after">How many responses stay unchanged; the next one is damaged.</param>
    /// <param name="damage">Null damages none.</param>
    public void Mangle(int after, MangledAnswer? damage)
    {
        lock (_calls)
        {
            (_left, _damage, _table, HasMangled) = (after, damage, null, false);
            _calls.Clear();
        }
    }

    /// <summary>Damages every page of this table.</summary>
    public void ManglePages(string table, MangledAnswer damage)
    {
        lock (_calls)
            (_damage, _table, HasMangled) = (damage, table, false);
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = MangledAnswer.CallOf(request);
        bool isMeant;
        lock (_calls)
        {
            _calls.Add(call);
            isMeant = _damage is not null && (_table is null ? _left-- == 0 : IsPage(request, _table));
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (!isMeant || !_damage!.Calls.Contains(call))
            return answer;
        var before = await TextOfAsync(answer);
        await _damage.DamageAsync(answer);
        HasMangled = await TextOfAsync(answer) != before;
        return answer;
    }

    private static bool IsPage(HttpRequestMessage request, string table) =>
        request.RequestUri!.AbsolutePath.EndsWith($"/{table}()", StringComparison.Ordinal);

    private static async Task<string> TextOfAsync(HttpResponseMessage answer) =>
        $"{answer.StatusCode} {answer.Content.Headers.ContentType} {await answer.Content.ReadAsStringAsync()}";
}
