namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>A public record that only members can read.</summary>
internal sealed class EncryptedPost : IChapter
{
    public string Title => "A post for friends";

    public async Task PlayAsync(Scene scene)
    {
        scene.PostText = "The party is at mine, on Friday.";
        scene.PostUri = $"at://{scene.Alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        await scene.StepAsync($"Alice encrypts “{scene.PostText}”", () =>
        {
            scene.EncryptedPost = Post.Encrypt(scene.Keys[1], scene.PostUri, scene.PostText);
            return Task.FromResult($"{Short.Of(scene.EncryptedPost)} ({scene.EncryptedPost.Length / 2} bytes)");
        });
        await scene.StepAsync("Bob fetches the key and decrypts it", async () =>
        {
            var text = Post.Decrypt(await scene.GroupKeyAsync(scene.Bob, version: 1), scene.PostUri, scene.EncryptedPost);
            Expect.Equal(scene.PostText, text, "the post to read");
            return $"“{text}”";
        });
        await scene.StepAsync("The same ciphertext, copied to another AT-URI", () =>
        {
            var elsewhere = scene.PostUri.Replace(scene.Alice.Did, scene.Mallory.Did, StringComparison.Ordinal);
            Expect.That(Post.Decrypt(scene.Keys[1], elsewhere, scene.EncryptedPost) is null, "no text", "the text");
            return Task.FromResult("does not decrypt");
        });
        await scene.StepAsync("Mallory has the ciphertext and asks for the key", () => scene.RefusedGroupKeyAsync(scene.Mallory));
    }
}
