using AtpKeyserver.Client;

namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Public keys and signatures.</summary>
internal sealed class PublicKeys : IChapter
{
    public string Title => "Public keys";

    public async Task PlayAsync(Scene scene)
    {
        var publicKey = "";
        await scene.StepAsync("An anonymous caller reads Bob's public key", async () =>
        {
            var key = await scene.OfNobody().Keypairs.GetPublicKeyAsync(
                scene.Bob.Did, cancellation: scene.Cancellation);
            publicKey = Expect.Key(key.PublicKey, "a publicKey");
            return $"version {key.Version}, {Short.Of(publicKey)}";
        });
        await scene.StepAsync("Bob reads his keypair", async () =>
        {
            using var pair = await scene.Of(scene.Bob).Keypairs.GetKeypairAsync(cancellation: scene.Cancellation);
            Expect.Equal(publicKey, pair.PublicKey, "the publicKey");
            return $"the same, with the private key {Short.Of(Convert.ToHexStringLower(pair.Seed))}";
        });
        await scene.StepAsync("Bob signs, and an anonymous caller verifies", async () =>
        {
            var data = "Bob was here."u8.ToArray();
            var signature = await scene.Of(scene.Bob).Signatures.SignAsync(data, scene.Cancellation);
            var verdict = await scene.OfNobody().Signatures
                .VerifyAsync(scene.Bob.Did, data, signature.Signature, signature.KeyVersion, scene.Cancellation);
            Expect.Equal(SignatureVerdict.Valid, verdict, "a signature that is");
            return $"valid, {Short.Of(signature.Signature)}";
        });
        await scene.StepAsync("The keypair without a token", () => Scene.RefusedAsync<RefusedTokenException>(
            "AuthenticationRequired",
            () => scene.OfNobody().Keypairs.GetKeypairAsync(cancellation: scene.Cancellation)));
    }
}
