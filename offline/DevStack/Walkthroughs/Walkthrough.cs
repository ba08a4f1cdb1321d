using AtpKeyserver.Client;
using AtpKeyserver.DevStack.Walkthroughs.Chapters;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>
/// What the keyserver is for, played by three people with the client that apps have, over HTTP and nothing else. Each
/// step checks what came; the first that is wrong ends it.
/// </summary>
public static class Walkthrough
{
    /// <summary>Plays all chapters.</summary>
    /// <param name="keyserver">The app's base address.</param>
    /// <param name="pds">The emulator that makes accounts and mints their tokens.</param>
    /// <param name="output">Where the steps are told.</param>
    /// <param name="lastRun">What an earlier run left to be found again.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="StepFailedException">A step did not do what it should.</exception>
    public static async Task<WalkthroughResult> PlayAsync(
        Uri keyserver, Uri pds, StackTerminal output, KeptKeys? lastRun = null,
        CancellationToken cancellation = default)
    {
        using var http = Loopback.Client(TimeSpan.FromSeconds(15));
        var options = new KeyserverClientOptions { Address = keyserver, HttpClient = http };
        using var scene = new Scene(new XrpcClient(http, keyserver), new Pds(http, pds), options, output, cancellation);
        foreach (var chapter in Chapters(lastRun))
        {
            output.Chapter(chapter.Title);
            await chapter.PlayAsync(scene);
        }

        var hashes = scene.Keys.ToDictionary(key => key.Key, key => KeptKeys.Hash(key.Value));
        return new WalkthroughResult(scene.Steps, scene.Alice, scene.KeyserverDid, new KeptKeys(scene.GroupId, hashes));
    }

    private static IEnumerable<IChapter> Chapters(KeptKeys? lastRun) =>
    [
        new Cast(),
        .. lastRun is null ? (IChapter[])[] : [new SinceLastTime(lastRun)],
        new GroupIsMade(),
        new MemberJoins(),
        new EncryptedPost(),
        new Rotation(),
        new MemberLeaves(),
        new PublicKeys(),
        new RefusedTokens(),
        new SharedWork(),
        new Goodbye(),
    ];
}
