using System.Text;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>An in-memory directory that counts requests; the test controls its response.</summary>
internal sealed class FakeDidSource : IDidDocumentSource
{
    private int _fetches;

    /// <summary>The response to each lookup; null is 404.</summary>
    public Func<Did, ValueTask<byte[]?>> Answer { get; set; } = _ => ValueTask.FromResult<byte[]?>(null);

    public int Fetches => Volatile.Read(ref _fetches);

    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _fetches);
        return Answer(did);
    }

    public void AnswerText(string document) => Answer = _ =>
        ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(document));

    public void AnswerKey(string multikey) =>
        Answer = did => ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Documents.WithKey(did, multikey)));

    public void AnswerNotFound() => Answer = _ => ValueTask.FromResult<byte[]?>(null);

    public void Fail() => Answer = _ => throw new HttpRequestException("The directory is down");
}
