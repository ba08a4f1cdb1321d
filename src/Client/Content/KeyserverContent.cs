using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Client;

/// <summary>
/// Encrypts and decrypts content with a group's key, using XChaCha20-Poly1305. Nonces are random and generated here.
/// Keys are fetched when needed, cached in memory (active versions for an hour, others for a day) and zeroed when they
/// are removed.
/// </summary>
/// <remarks>
/// The content is bound to the AT-URI of its record and does not decrypt in another record. The URI must be known
/// before encryption, so choose the record key yourself. All methods may throw a <see cref="KeyserverException"/> when
/// they fetch the key.
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
    /// <param name="groupId"><c>{owner DID}#{name}</c>. The owner's first use creates the group.</param>
    /// <param name="atUri">The AT-URI of the record that will hold the content.</param>
    /// <param name="text">The content.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ArgumentException">
    /// The AT-URI is not valid for a record, or the text has an unpaired surrogate. No call was made.
    /// </exception>
    /// <exception cref="LostAccessException">The account has no access to the group's key.</exception>
    public async Task<EncryptedContent> EncryptAsync(
        string groupId, string atUri, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(text.Length));
        // If the conversion throws, the whole buffer is cleared.
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
    /// <param name="groupId"><c>{owner DID}#{name}</c>. The owner's first use creates the group.</param>
    /// <param name="atUri">The AT-URI of the record that will hold the content.</param>
    /// <param name="plaintext">The content.</param>
    /// <param name="cancellation">Cancels the call.</param>
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
    /// <param name="groupId">The group that it was encrypted for.</param>
    /// <param name="atUri">The AT-URI of the record that holds it, unchanged.</param>
    /// <param name="ciphertext">See <see cref="EncryptedContent.Ciphertext"/>.</param>
    /// <param name="keyVersion">See <see cref="EncryptedContent.KeyVersion"/>.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="DecryptionFailedException">
    /// It was changed or belongs to another record. Do not retry.
    /// </exception>
    /// <exception cref="LostAccessException">The account has no access to the group's key.</exception>
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

    /// <summary>Decrypts content that is text.</summary>
    /// <inheritdoc cref="DecryptAsync"/>
    /// <exception cref="InvalidDataException">The decrypted content is not UTF-8 text.</exception>
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
            throw new InvalidDataException("The decrypted content is not UTF-8 text.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Encrypts text for a group and returns the members of the record.</summary>
    /// <inheritdoc cref="EncryptAsync(string, string, string, CancellationToken)"/>
    public async Task<EncryptedRecord> EncryptRecordAsync(
        string groupId, string atUri, string text, CancellationToken cancellation = default)
    {
        var content = await EncryptAsync(groupId, atUri, text, cancellation).ConfigureAwait(false);
        // The JSON form has milliseconds only.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return new EncryptedRecord(content.Ciphertext, content.KeyVersion, groupId, now);
    }

    /// <summary>Decrypts the text of a published record.</summary>
    /// <param name="atUri">The AT-URI of the record.</param>
    /// <param name="record">The members of the record.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="ArgumentException">Ciphertext, key version or group is missing. No call was made.</exception>
    /// <exception cref="DecryptionFailedException">
    /// It was changed or belongs to another record. Do not retry.
    /// </exception>
    /// <exception cref="LostAccessException">The account has no access to the group's key.</exception>
    public Task<string> DecryptRecordAsync(
        string atUri, EncryptedRecord record, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record is { Ciphertext: { Length: > 0 } ciphertext, KeyVersion: >= 1 and var version,
            GroupId: { Length: > 0 } group }
            ? DecryptTextAsync(group, atUri, ciphertext, version, cancellation)
            : throw new ArgumentException("The record has no ciphertext, key_version or group_id.", nameof(record));
    }
}
