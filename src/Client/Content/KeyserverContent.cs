using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Client;

/// <summary>
/// Content for groups: XChaCha20-Poly1305 with the group's key. Nonces are random and come from inside; keys are
/// fetched when needed, kept in memory (active ones for an hour, others for a day) and zeroed when they leave.
/// </summary>
/// <remarks>
/// The AT-URI of the record is required: it is bound to the content, which then decrypts nowhere else. Know it before
/// encrypting: choose the record key yourself. All methods may throw a <see cref="KeyserverException"/> when the key
/// has to be fetched.
/// </remarks>
public sealed class KeyserverContent
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly KeyRing _keys;
    private readonly TimeProvider _time;

    internal KeyserverContent(KeyRing keys, TimeProvider time)
    {
        _keys = keys;
        _time = time;
    }

    /// <summary>Encrypts text for a group, with the active version of its key.</summary>
    /// <param name="groupId"><c>{owner DID}#{name}</c>; the owner's first use makes the group.</param>
    /// <param name="atUri">Of the record that the content is for.</param>
    /// <param name="text">The content.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">
    /// The AT-URI is not that of a record, or the text has half a surrogate pair. Nobody was called.
    /// </exception>
    /// <exception cref="LostAccessException">The account may not read the group's key.</exception>
    public async Task<EncryptedContent> EncryptAsync(
        string groupId, string atUri, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(text.Length));
        // All of it, should the text be none.
        var length = bytes.Length;
        try
        {
            length = Utf8.GetBytes(text, bytes);
            return await EncryptAsync(groupId, atUri, bytes.AsMemory(0, length), cancellation).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <inheritdoc cref="EncryptAsync(string, string, string, CancellationToken)"/>
    /// <param name="groupId"><c>{owner DID}#{name}</c>; the owner's first use makes the group.</param>
    /// <param name="atUri">Of the record that the content is for.</param>
    /// <param name="plaintext">The content.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<EncryptedContent> EncryptAsync(
        string groupId, string atUri, ReadOnlyMemory<byte> plaintext, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        AtUri.RequireValid(atUri);
        using var key = await _keys.RentAsync(new KeyId(KeyKind.Group, groupId, KeyId.Active), cancellation)
            .ConfigureAwait(false);
        return new EncryptedContent(ContentCipher.Encrypt(key.Secret, atUri, plaintext.Span), key.Version);
    }

    /// <summary>Decrypts content.</summary>
    /// <param name="groupId">That it was encrypted for.</param>
    /// <param name="atUri">Of the record in which it was found, to the letter.</param>
    /// <param name="ciphertext">See <see cref="EncryptedContent.Ciphertext"/>.</param>
    /// <param name="keyVersion">See <see cref="EncryptedContent.KeyVersion"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DecryptionFailedException">It was changed, or belongs elsewhere. That is final.</exception>
    /// <exception cref="LostAccessException">The account may not read the group's key, or not any more.</exception>
    public async ValueTask<byte[]> DecryptAsync(
        string groupId, string atUri, string ciphertext, int keyVersion, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        AtUri.Require(atUri);
        KeyCalls.RequirePositive(keyVersion, nameof(keyVersion));
        ContentCipher.RequireForm(ciphertext);
        using var key = await _keys.RentAsync(new KeyId(KeyKind.Group, groupId, keyVersion), cancellation)
            .ConfigureAwait(false);
        return ContentCipher.Decrypt(key.Secret, atUri, ciphertext);
    }

    /// <summary>The same, for content that is text.</summary>
    /// <inheritdoc cref="DecryptAsync"/>
    /// <exception cref="InvalidDataException">It was decrypted, and is not text in UTF-8.</exception>
    public async Task<string> DecryptTextAsync(
        string groupId, string atUri, string ciphertext, int keyVersion, CancellationToken cancellation = default)
    {
        var bytes = await DecryptAsync(groupId, atUri, ciphertext, keyVersion, cancellation).ConfigureAwait(false);
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("The content is not text in UTF-8.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Encrypts text for a group, as the members that a record needs.</summary>
    /// <inheritdoc cref="EncryptAsync(string, string, string, CancellationToken)"/>
    public async Task<EncryptedRecord> EncryptRecordAsync(
        string groupId, string atUri, string text, CancellationToken cancellation = default)
    {
        var content = await EncryptAsync(groupId, atUri, text, cancellation).ConfigureAwait(false);
        // As much as the wire has.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return new EncryptedRecord(content.Ciphertext, content.KeyVersion, groupId, now);
    }

    /// <summary>Decrypts the text of a record that somebody published.</summary>
    /// <param name="atUri">Where the record was found.</param>
    /// <param name="record">Its members.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">Ciphertext, version or group is missing. Nobody was called.</exception>
    /// <exception cref="DecryptionFailedException">It was changed, or belongs elsewhere. That is final.</exception>
    /// <exception cref="LostAccessException">The account may not read the group's key, or not any more.</exception>
    public Task<string> DecryptRecordAsync(
        string atUri, EncryptedRecord record, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record is { Ciphertext: { Length: > 0 } ciphertext, KeyVersion: >= 1 and var version,
            GroupId: { Length: > 0 } group }
            ? DecryptTextAsync(group, atUri, ciphertext, version, cancellation)
            : throw new ArgumentException("The record lacks ciphertext, key_version or group_id.", nameof(record));
    }
}
