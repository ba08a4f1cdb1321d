using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Keys survive a restart.</summary>
internal sealed class SinceLastTime(KeptKeys last) : IChapter
{
    public string Title => "Keys of the last run";

    public async Task PlayAsync(Scene scene)
    {
        var name = last.GroupId[(last.GroupId.IndexOf('#', StringComparison.Ordinal) + 1)..];
        foreach (var (version, hash) in last.Hashes)
        {
            await scene.StepAsync($"Alice reads version {version} of {name}, from the last run", async () =>
            {
                // A read with a version never creates a key.
                var key = await ReadAsync(scene, version);
                Expect.That(KeptKeys.Hash(key) == hash, "the key of the last run", $"another one, {Short.Of(key)}");
                return $"the same key {Short.Of(key)}";
            });
        }
    }

    private async Task<string> ReadAsync(Scene scene, int version)
    {
        try
        {
            using var key = await scene.Of(scene.Alice).Groups.GetKeyAsync(last.GroupId, version, scene.Cancellation);
            return Convert.ToHexStringLower(key.Key);
        }
        catch (GoneException e) when (e.ErrorName == KeyserverErrors.GroupNotFound)
        {
            throw new StepFailedException(
                $"{last.GroupId} does not exist. If you deleted it, use --fresh to start from scratch.");
        }
    }
}
