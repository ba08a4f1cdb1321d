using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>A public record that only members can read.</summary>
internal sealed class EncryptedPost : IChapter
{
    public string Title => "A post for friends";

    public async Task PlayAsync(Scene scene)
    {
        scene.PostText = "The party is on Friday.";
        scene.PostUri = $"at://{scene.Alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        await scene.StepAsync($"Alice encrypts “{scene.PostText}”", async () =>
        {
            scene.EncryptedPost = await scene.Of(scene.Alice).Content
                .EncryptAsync(scene.GroupId, scene.PostUri, scene.PostText, scene.Cancellation);
            return $"{Short.Of(scene.EncryptedPost.Ciphertext)} ({scene.EncryptedPost.Ciphertext.Length / 2} bytes)";
        });
        await scene.StepAsync("Bob fetches the key and decrypts it", async () =>
        {
            var text = await scene.DecryptPostAsync(scene.Bob, scene.PostUri);
            Expect.Equal(scene.PostText, text, "the post");
            return $"“{text}”";
        });
        await scene.StepAsync("The same ciphertext, copied to another AT-URI", async () =>
        {
            var elsewhere = scene.PostUri.Replace(scene.Alice.Did, scene.Mallory.Did, StringComparison.Ordinal);
            try
            {
                await scene.DecryptPostAsync(scene.Bob, elsewhere);
            }
            catch (DecryptionFailedException)
            {
                return "does not decrypt";
            }

            throw new StepFailedException("expected a failed decryption, got the text");
        });
        await scene.StepAsync("Mallory has the ciphertext and asks for the key",
            () => scene.RefusedGroupKeyAsync(scene.Mallory));
    }
}
