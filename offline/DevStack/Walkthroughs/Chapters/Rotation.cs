namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>New content uses the new version. Old versions still decrypt old content.</summary>
internal sealed class Rotation : IChapter
{
    public string Title => "A new key";

    public async Task PlayAsync(Scene scene)
    {
        await scene.StepAsync("Alice rotates the key", async () =>
        {
            var rotation = await scene.Of(scene.Alice).Groups
                .RotateKeyAsync(scene.GroupId, expectedVersion: 1, "walkthrough", scene.Cancellation);
            Expect.Equal((1, 2), (rotation.OldVersion, rotation.NewVersion), "versions");
            scene.Keys[2] = await scene.GroupKeyAsync(scene.Alice, version: 2);
            Expect.That(scene.Keys[2] != scene.Keys[1], "a key that differs from version 1", "the same");
            return $"version 2, key {Short.Of(scene.Keys[2])}";
        });
        await scene.StepAsync("Bob asks for the key", () => scene.SameGroupKeyAsync(scene.Bob, version: 2));
        await scene.StepAsync(
            "Bob asks for version 1", () => scene.SameGroupKeyAsync(scene.Bob, version: 1, ask: true));
        await scene.StepAsync("Bob reads the old post with it", async () =>
        {
            Expect.Equal(scene.PostText, await scene.DecryptPostAsync(scene.Bob, scene.PostUri), "the post");
            return $"“{scene.PostText}”";
        });
    }
}
