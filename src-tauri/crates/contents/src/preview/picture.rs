//! Pictures: measured before they are decoded, made small enough for a screen, and given to the
//! page as PNG or JPEG that was written here. No byte of a picture's file reaches the page.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::Result;

use super::reader::{aside, unreadable};
use super::vector;

/// The longest side that is given to the page, in pixels.
const LONGEST: u32 = 2000;
/// The longest side that is decoded.
const SIDE: u32 = 30_000;
/// Memory that decoding may take.
const MEMORY: u64 = 512 * 1024 * 1024;
/// The largest file of a picture.
pub const LARGEST: u64 = 100_000_000;
const TIME: Duration = Duration::from_secs(30);

/// What a picture is, by its first bytes.
pub fn format(head: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(head).ok()?;
    matches!(
        format,
        ImageFormat::Png
            | ImageFormat::Jpeg
            | ImageFormat::Gif
            | ImageFormat::WebP
            | ImageFormat::Bmp
    )
    .then_some(format)
}

/// "PNG picture"
pub fn word(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG picture",
        ImageFormat::Jpeg => "JPEG picture",
        ImageFormat::Gif => "GIF picture, its first image",
        ImageFormat::WebP => "WebP picture",
        _ => "BMP picture",
    }
}

fn damaged(error: impl std::fmt::Display) -> crate::Problem {
    unreadable("This picture is damaged, incomplete or too large.").detail(error.to_string())
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    limits
}

/// Width and height, without decoding.
pub fn measure(bytes: &[u8]) -> Result<(u32, u32)> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(damaged)?;
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let turned = decoder.orientation().map_err(damaged)?.to_exif() >= 5;
    let (width, height) = decoder.dimensions();
    Ok(if turned {
        (height, width)
    } else {
        (width, height)
    })
}

/// Width and height by the first bytes of a picture, where they say so.
pub fn size_of_head(head: &[u8]) -> Option<(u32, u32)> {
    format(head)?;
    measure(head).ok()
}

/// PNG or JPEG of at most 2,000 pixels a side.
pub async fn checked(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Vec<u8>> {
    aside(TIME, move || {
        let bytes = bytes.as_ref();
        match format(bytes) {
            Some(format) => raster(bytes, format),
            None => vector::draw(bytes, LONGEST),
        }
    })
    .await
}

fn raster(bytes: &[u8], format: ImageFormat) -> Result<Vec<u8>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    if decoder.total_bytes() > MEMORY {
        return Err(damaged("too many pixels"));
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    if picture.width() > LONGEST || picture.height() > LONGEST {
        picture = picture.thumbnail(LONGEST, LONGEST);
    }
    let opaque = matches!(format, ImageFormat::Jpeg);
    // 16 bits a channel and floating point are more than a screen shows.
    let (picture, written) = if opaque {
        (
            DynamicImage::ImageRgb8(picture.into_rgb8()),
            ImageFormat::Jpeg,
        )
    } else {
        (
            DynamicImage::ImageRgba8(picture.into_rgba8()),
            ImageFormat::Png,
        )
    };
    let mut shown = Cursor::new(Vec::new());
    picture.write_to(&mut shown, written).map_err(damaged)?;
    Ok(shown.into_inner())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[tokio::test]
    async fn large_pictures_are_made_small() {
        let shown = checked(png(3000, 1500)).await.unwrap();
        assert_eq!(measure(&shown).unwrap(), (2000, 1000));
    }

    #[tokio::test]
    async fn a_picture_that_claims_to_be_enormous_is_not_decoded() {
        let mut bomb = png(1, 1);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(checked(bomb).await.is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn damaged_pictures_are_errors_or_pictures(at in 8_usize..90, byte: u8, cut in 0_usize..120) {
            let mut bytes = png(9, 9);
            let long = bytes.len();
            bytes[at.min(long - 1)] = byte;
            bytes.truncate(long.saturating_sub(cut));
            let _ = measure(&bytes);
            let outcome = format(&bytes).map(|format| raster(&bytes, format));
            if let Some(Ok(shown)) = outcome {
                prop_assert!(measure(&shown).is_ok());
            }
        }
    }
}
