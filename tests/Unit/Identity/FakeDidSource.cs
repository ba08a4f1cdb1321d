using System.Text;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A directory in memory: counts what is asked, and answers, fails or waits as the test says.</summary>
internal sealed class FakeDidSource : IDidDocumentSource
{
    private int _fetches;

    /// <summary>What it answers; null is 404. Called for every look-up.</summary>
    public Func<Did, ValueTask<byte[]?>> Answer { get; set; } = _ => ValueTask.FromResult<byte[]?>(null);

    public int Fetches => Volatile.Read(ref _fetches);

    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _fetches);
        return Answer(did);
    }

    public void AnswerText(string document) => Answer = _ => ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(document));

    public void AnswerKey(string multikey) =>
        Answer = did => ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Documents.WithKey(did, multikey)));

    public void AnswerNotFound() => Answer = _ => ValueTask.FromResult<byte[]?>(null);

    public void Fail() => Answer = _ => throw new HttpRequestException("The directory is down");
}
